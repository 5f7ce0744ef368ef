using LiteKube.ApiServer;
using LiteKube.Flags;
using LiteKube.Security;
using LiteKube.Verbs;

namespace LiteKube.Hosting;

/// <summary>Who may use the API server, read of the flags once. Files that are named are looked at here, so that a wrong name ends in a message and not in a server without it.</summary>
internal sealed record AccessSettings
{
    private static readonly string[] s_algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

    public required AnonymousAccess Anonymous { get; init; }
    public required string TokenFile { get; init; }
    public required OidcOptions? Oidc { get; init; }
    public required AuditOptions? Audit { get; init; }
    public required int MaxRequests { get; init; }
    public required int MaxMutatingRequests { get; init; }

    public static AccessSettings Read(FlagValues flags) => new()
    {
        Anonymous = flags.Required(AccessFlags.AnonymousAuth) switch
        {
            "health" => AnonymousAccess.Health,
            "true" => AnonymousAccess.All,
            "false" => AnonymousAccess.None,
            var other => throw flags.Bad(AccessFlags.AnonymousAuth, other, "health, true or false"),
        },
        TokenFile = ExistingFile(flags, AccessFlags.TokenAuthFile) ?? "",
        Oidc = ReadOidc(flags),
        Audit = ReadAudit(flags),
        MaxRequests = flags.Number(AccessFlags.MaxRequests, 1, 1_000_000),
        MaxMutatingRequests = flags.Number(AccessFlags.MaxMutatingRequests, 1, 1_000_000),
    };

    private static OidcOptions? ReadOidc(FlagValues flags)
    {
        if (flags.Text(AccessFlags.OidcIssuerUrl) is not { } issuer)
            return flags.Text(AccessFlags.OidcClientId) is null ? null : throw new UserErrorException($"{AccessFlags.OidcClientId} needs {AccessFlags.OidcIssuerUrl}");
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
            throw flags.Bad(AccessFlags.OidcIssuerUrl, issuer, "an https URL");
        var algorithms = flags.Required(AccessFlags.OidcSigningAlgs).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (algorithms.FirstOrDefault(a => !s_algorithms.Contains(a)) is { } unknown)
            throw flags.Bad(AccessFlags.OidcSigningAlgs, unknown, $"one of {string.Join(", ", s_algorithms)}");
        return new OidcOptions
        {
            IssuerUrl = issuer,
            ClientId = flags.Required(AccessFlags.OidcClientId),
            UsernameClaim = flags.Required(AccessFlags.OidcUsernameClaim),
            UsernamePrefix = flags.Text(AccessFlags.OidcUsernamePrefix),
            GroupsClaim = flags.Text(AccessFlags.OidcGroupsClaim),
            GroupsPrefix = flags.Text(AccessFlags.OidcGroupsPrefix) ?? "",
            RequiredClaims = flags.Pairs(AccessFlags.OidcRequiredClaim),
            CaFile = ExistingFile(flags, AccessFlags.OidcCaFile),
            SigningAlgorithms = algorithms,
        };
    }

    private static AuditOptions? ReadAudit(FlagValues flags)
    {
        var policy = ExistingFile(flags, AccessFlags.AuditPolicyFile);
        var path = flags.Text(AccessFlags.AuditLogPath);
        if (policy is null != path is null)
            throw new UserErrorException($"{AccessFlags.AuditPolicyFile} and {AccessFlags.AuditLogPath} go together: one says what is recorded, the other where");
        if (policy is null || path is null)
            return null;
        var days = flags.Number(AccessFlags.AuditLogMaxAge, 0, 36500);
        return new AuditOptions
        {
            PolicyPath = policy,
            LogPath = path == "-" ? path : Path.GetFullPath(path),
            MaxBytes = flags.Number(AccessFlags.AuditLogMaxSize, 1, 1_000_000) * 1024L * 1024,
            MaxAge = days == 0 ? null : TimeSpan.FromDays(days),
            MaxBackups = flags.Number(AccessFlags.AuditLogMaxBackup, 0, 1_000_000),
        };
    }

    private static string? ExistingFile(FlagValues flags, Flag flag)
    {
        if (flags.Text(flag) is not { } path)
            return null;
        return File.Exists(path) ? Path.GetFullPath(path) : throw flags.Bad(flag, path, "a file that can be read");
    }
}
