"""What goes wrong with an engine as a whole; a page that cannot be read is no such thing."""


class EngineError(Exception):
    """An engine that cannot be used, or that ended; the message says why and what to do."""
