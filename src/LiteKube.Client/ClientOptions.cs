namespace LiteKube.Client;

public sealed record ClientOptions
{
    /// <summary>As whom the shared informers read. Over HTTPS the certificate decides, whatever stands here.</summary>
    public ClientIdentity InformerIdentity { get; init; } = new("system:apiserver", "system:masters");
}
