package dev.sekisho.data.http1;

/**
 * What has arrived is right so far but not whole: keep the unread bytes and ask again when more are
 * there.
 */
public enum NeedMore implements ParsedRequest, ParsedResponse, BodyPart, Undone {
  NEED_MORE
}
