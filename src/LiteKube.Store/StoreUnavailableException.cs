namespace LiteKube.Store;

public sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
