namespace LiteKube.Security.Joining;

/// <summary>
/// What an agent needs to join: <c>LK1</c>, the SHA-256 of the server CA's certificate in hex, a dot, and a bootstrap token. The hash lets the agent know
/// its server before it shows the secret.
/// </summary>
public sealed record JoinToken(string Pin, BootstrapToken Token)
{
    private const string Prefix = "LK1";
    private const int PinLength = 64;

    /// <exception cref="FormatException">The message says what is wrong, and where to find a token; it never repeats the token.</exception>
    public static JoinToken Parse(string text)
    {
        text = text.Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            throw Malformed($"it does not begin with {Prefix}");
        var dot = text.IndexOf('.');
        var pin = dot < 0 ? text[Prefix.Length..] : text[Prefix.Length..dot];
        if (pin.Length != PinLength || !pin.All(char.IsAsciiHexDigitLower))
            throw Malformed($"after {Prefix} there must be {PinLength} hexadecimal digits, then a dot");
        var token = dot < 0 ? null : BootstrapToken.TryParse(text[(dot + 1)..]);
        return token is null ? throw Malformed("it must end in a 6-character id, a dot and a 16-character secret, all lower-case letters and digits") : new JoinToken(pin, token);
    }

    /// <summary>The whole token, with its secret.</summary>
    public string Reveal() => $"{Prefix}{Pin}.{Token.Bearer}";

    public override string ToString() => $"{Prefix}{Pin}.{Token}";

    private static FormatException Malformed(string why) => new($"the join token is not valid: {why}. Copy the whole of <data-dir>/server/token from the server.");
}
