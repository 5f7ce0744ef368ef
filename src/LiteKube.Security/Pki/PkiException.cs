namespace LiteKube.Security.Pki;

/// <summary>Key material on disk that cannot be used; the message names the file and the remedy.</summary>
public sealed class PkiException(string message, Exception? inner = null) : Exception(message, inner);
