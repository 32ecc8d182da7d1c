package dev.sekisho.data.websocket;

/** What came of reading the head of a frame. */
sealed interface HeadRead permits FrameHead, HeadRead.NeedMore, HeadRead.Broken {
  record NeedMore() implements HeadRead {}

  /**
   * @param what of it breaks the rules, to be put behind "a frame with"
   */
  record Broken(String what) implements HeadRead {}

  HeadRead NEED_MORE = new NeedMore();
}
