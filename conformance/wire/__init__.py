"""How requests and answers look on the wire: messages, encoding, decoding, signatures, redaction. Sans-IO."""
