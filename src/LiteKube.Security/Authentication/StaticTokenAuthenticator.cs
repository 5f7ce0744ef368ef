using System.Text;
using LiteKube.Api.Security;

namespace LiteKube.Security.Authentication;

/// <summary>The tokens of a file, read once. (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file)</summary>
internal sealed class StaticTokenAuthenticator : ITokenAuthenticator
{
    private readonly Dictionary<Digest, UserInfo> _users = [];

    /// <exception cref="InvalidDataException">Names the file and the line; never shows what is in it.</exception>
    public StaticTokenAuthenticator(SecurityOptions options)
    {
        if (options.TokenFile.Length == 0)
            return;
        try
        {
            var number = 0;
            foreach (var line in File.ReadLines(options.TokenFile))
            {
                number++;
                if (line.Trim() is { Length: > 0 } text)
                    Add(text, options.TokenFile, number);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The token file {options.TokenFile} cannot be read: {e.Message}", e);
        }
    }

    public bool IsForServer => true;

    public ValueTask<AuthenticationResult> AuthenticateAsync(string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken) =>
        new(_users.Count > 0 && _users.TryGetValue(Digest.Of(Encoding.UTF8.GetBytes(token)), out var user) ? AuthenticationResult.Of(user) : AuthenticationResult.None);

    private void Add(string line, string path, int number)
    {
        var fields = Fields(line);
        if (fields is null || fields.Count < 3)
            throw new InvalidDataException($"The token file {path}, line {number}: expected token,user,uid and, where there are any, \"group1,group2\"");
        if (fields[0].Length == 0 || fields[1].Length == 0)
            throw new InvalidDataException($"The token file {path}, line {number}: the token and the user may not be empty");
        IEnumerable<string> groups = fields.Count > 3 ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        var user = new UserInfo(fields[1]) { Uid = fields[2], Groups = [.. groups.Append(UserInfo.AuthenticatedGroup).Distinct(StringComparer.Ordinal)] };
        if (!_users.TryAdd(Digest.Of(Encoding.UTF8.GetBytes(fields[0])), user))
            throw new InvalidDataException($"The token file {path}, line {number}: this token stands in an earlier line too");
    }

    /// <summary>The fields of a line of CSV; null where a quote has no end.</summary>
    private static List<string>? Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        if (quoted)
            return null;
        fields.Add(field.ToString().Trim());
        return fields;
    }
}
