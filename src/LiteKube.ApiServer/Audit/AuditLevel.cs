namespace LiteKube.ApiServer.Audit;

/// <summary>How much of a request is recorded; each holds what those before it do.</summary>
internal enum AuditLevel
{
    None,
    Metadata,
    Request,
    RequestResponse,
}

/// <summary>The moments of a request at which it is recorded.</summary>
[Flags]
internal enum AuditStages
{
    None = 0,
    RequestReceived = 1,

    /// <summary>The head of the answer is sent, its body goes on: watches, logs, tunnels.</summary>
    ResponseStarted = 2,
    ResponseComplete = 4,
    Panic = 8,
}
