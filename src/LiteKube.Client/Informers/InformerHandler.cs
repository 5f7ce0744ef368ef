namespace LiteKube.Client;

/// <summary>
/// Told of every change in order, one at a time: an add has no <paramref name="old"/>, a delete no <paramref name="current"/> (<paramref name="old"/> is then the last version known).
/// Called on the informer's own loop, so it must be short: put a key into a queue.
/// </summary>
public delegate void InformerHandler<in T>(T? old, T? current) where T : class;
