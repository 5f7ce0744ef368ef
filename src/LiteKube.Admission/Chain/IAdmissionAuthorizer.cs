using LiteKube.Api.Security;

namespace LiteKube.Admission;

/// <summary>Asks whether a user may do something beside what the request itself was authorized for. The API server implements it with its own authorizer.</summary>
public interface IAdmissionAuthorizer
{
    ValueTask<bool> MayAsync(UserInfo user, AccessQuestion question, CancellationToken cancellationToken);
}

/// <summary>What RBAC calls a request: a verb on a resource.</summary>
public sealed record AccessQuestion(string Verb, string Group, string Resource)
{
    public string Version { get; init; } = "*";

    public string Subresource { get; init; } = "";

    public string Namespace { get; init; } = "";

    public string Name { get; init; } = "";
}
