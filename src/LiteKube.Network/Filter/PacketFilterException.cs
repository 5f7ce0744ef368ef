namespace LiteKube.Network.Filter;

public sealed class PacketFilterException(string message) : IOException(message);
