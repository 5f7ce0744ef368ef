namespace LiteKube.Cel;

/// <summary>Ends lexing and parsing at the first fault; turned into a <see cref="CelIssue"/> where compilation began.</summary>
internal sealed class SyntaxException(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}
