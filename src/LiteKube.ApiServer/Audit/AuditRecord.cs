using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Audit;

/// <summary>What is recorded of one request. Filled in as the request goes on; each stage writes what is known by then.</summary>
internal sealed class AuditRecord(AuditTrail trail, AuditRule rule)
{
    private AuditStages _written;

    public AuditRule Rule { get; } = rule;

    public required string Id { get; init; }

    public required DateTimeOffset Received { get; init; }

    public required string RequestUri { get; init; }

    public required string Verb { get; init; }

    /// <summary>Who the request came from; null where that could not be found out.</summary>
    public UserInfo? User { get; init; }

    /// <summary>For whom they speak; null where for themselves.</summary>
    public UserInfo? Impersonated { get; init; }

    public IReadOnlyList<string> SourceIps { get; init; } = [];

    public string UserAgent { get; init; } = "";

    public ApiRequest? Request { get; init; }

    /// <summary>What the request was answered with, where that is an object or a list.</summary>
    public ApiResult? Result { get; set; }

    public Status? Failure { get; set; }

    public int? Code { get; set; }

    public DateTimeOffset StageTime { get; private set; }

    public string? Decision { get; private set; }

    public string? Reason { get; private set; }

    public void Decided(bool allowed, string reason) => (Decision, Reason) = (allowed ? "allow" : "forbid", reason);

    /// <summary>Writes the event of a stage, once, unless the policy leaves it out.</summary>
    public void Write(AuditStages stage)
    {
        if ((Rule.Omitted & stage) != 0 || (_written & stage) != 0)
            return;
        _written |= stage;
        StageTime = trail.Now();
        trail.Write(this, stage);
    }
}
