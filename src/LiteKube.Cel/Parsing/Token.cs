namespace LiteKube.Cel;

internal enum TokenKind
{
    End,
    Identifier,
    Int,
    Uint,
    Double,
    String,
    Bytes,

    /// <summary>An operator, a bracket, or a keyword of the grammar (<c>in</c>, <c>true</c>, <c>false</c>, <c>null</c>).</summary>
    Sign,
}

/// <param name="Text">The sign or name itself; for literals their text.</param>
/// <param name="Value">The value of a string or bytes literal.</param>
internal readonly record struct Token(TokenKind Kind, int Position, string Text, CelValue? Value = null)
{
    public bool Is(string sign) => Kind == TokenKind.Sign && Text == sign;

    public override string ToString() => Kind == TokenKind.End ? "<EOF>" : Text;
}
