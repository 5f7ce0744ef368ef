namespace LiteKube.Verbs;

/// <summary>Something that whoever started litekube can put right. The message names the flag, file or port, and the remedy; it is printed without a stack trace.</summary>
internal sealed class UserErrorException(string message) : Exception(message);
