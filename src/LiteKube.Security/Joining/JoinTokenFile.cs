using System.Text;
using LiteKube.Security.Files;

namespace LiteKube.Security.Joining;

/// <summary>The join token of the server's data directory: made at first start, kept from then on.</summary>
internal static class JoinTokenFile
{
    public static JoinToken Ensure(string path, string pin)
    {
        BootstrapToken? kept = null;
        if (File.Exists(path))
        {
            try
            {
                var token = JoinToken.Parse(File.ReadAllText(path));
                if (token.Pin == pin)
                    return token;
                // The server CA was made anew: the secret still holds, the pin does not.
                kept = token.Token;
            }
            catch (FormatException)
            {
                // Not a token: replaced below, as if there were none.
            }
        }

        var fresh = new JoinToken(pin, kept ?? BootstrapToken.New());
        DurableFiles.Write(new DurableFile(path, Encoding.ASCII.GetBytes(fresh.Reveal() + "\n"), DurableFile.Private));
        return fresh;
    }
}
