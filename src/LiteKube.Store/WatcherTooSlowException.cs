namespace LiteKube.Store;

public sealed class WatcherTooSlowException() : Exception("the watcher did not read its events in time");
