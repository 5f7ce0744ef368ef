namespace LiteKube.Store;

/// <summary>What is on disk contradicts itself. The message names the file and what to do.</summary>
public sealed class StoreCorruptException(string message, Exception? inner = null) : Exception(message, inner);
