namespace LiteKube.Node.Server.Spdy;

/// <summary>The peer broke the protocol; the session cannot go on.</summary>
internal sealed class SpdyProtocolException(string message, Exception? inner = null) : Exception(message, inner);
