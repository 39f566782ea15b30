//! Vietnamese text: folding, syllables, NFC; HTML to clean HTML and to plain text.
