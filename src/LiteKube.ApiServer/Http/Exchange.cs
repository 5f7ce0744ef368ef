using LiteKube.Api.Meta.V1;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Flow;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>One HTTP request and its answer, as those see it who count, record and limit.</summary>
internal sealed class Exchange(HttpContext context, long started)
{
    private FlowRule? _flow;
    private PriorityLevel? _seat;

    public HttpContext Context { get; } = context;

    /// <summary>The clock's timestamp at the first header.</summary>
    public long Started { get; } = started;

    /// <summary>Null for what is not a resource, and for what was refused before it was known.</summary>
    public ApiRequest? Request { get; set; }

    /// <summary>A watch, log, tunnel or proxy: its end says nothing of the server's speed, and it holds no seat while it runs.</summary>
    public bool IsLongRunning { get; set; }

    /// <summary>The Status that answered, where the request failed.</summary>
    public Status? Failure { get; set; }

    /// <summary>Null where nothing is recorded of this request.</summary>
    public AuditRecord? Audit { get; set; }

    /// <summary>Whether the request's record has been begun, or found not to be wanted.</summary>
    public bool IsAudited { get; set; }

    public async ValueTask TakeSeatAsync(FlowControl flows, FlowRequest asked, CancellationToken cancellationToken)
    {
        _flow = await flows.ClassifyAsync(asked, cancellationToken);
        WriteHeaders();
        await flows.EnterAsync(_flow, asked, cancellationToken);
        _seat = _flow.Level;
    }

    /// <summary>Tells the client by which schema and level its request was taken, and under which id it is recorded.</summary>
    public void WriteHeaders()
    {
        var headers = Context.Response.Headers;
        if (Audit is not null)
            headers[AuditTrail.IdHeader] = Audit.Id;
        if (_flow is null)
            return;
        if (_flow.Uid.Length > 0)
            headers["X-Kubernetes-PF-FlowSchema-UID"] = _flow.Uid;
        if (_flow.Level.Uid.Length > 0)
            headers["X-Kubernetes-PF-PriorityLevel-UID"] = _flow.Level.Uid;
    }

    /// <summary>Gives the seat back, if there is one still.</summary>
    public void LeaveSeat()
    {
        _seat?.Leave();
        _seat = null;
    }

    public void Begin(AuditTrail trail, Caller caller, string verb)
    {
        IsAudited = true;
        Audit = trail.Begin(Context, caller.Sender, caller.Impersonator is null ? null : caller.User, Request, verb);
        WriteHeaders();
    }

    /// <summary>For a request of which it is not known who sent it.</summary>
    public void BeginNameless(AuditTrail trail, string verb)
    {
        IsAudited = true;
        Audit = trail.Begin(Context, null, null, Request, verb);
    }

    /// <summary>The server failed at the request.</summary>
    public void Broke()
    {
        if (Audit is null)
            return;
        Audit.Code = 500;
        Audit.Write(AuditStages.Panic);
    }

    public void Complete()
    {
        if (Audit is null)
            return;
        if (Request?.Decision is { } decision)
            Audit.Decided(decision.Allowed, decision.Reason);
        Audit.Failure = Failure;
        Audit.Code = Context.Response.StatusCode;
        Audit.Write(AuditStages.ResponseComplete);
    }
}
