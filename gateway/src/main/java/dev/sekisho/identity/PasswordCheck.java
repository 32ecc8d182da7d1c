package dev.sekisho.identity;

/** Compares a password with what a file keeps of it; takes tens of milliseconds of a core. */
interface PasswordCheck {
  boolean matches(StoredPassword stored, byte[] password);
}
