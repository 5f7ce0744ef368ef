using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
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

    public UserInfo? User { get; set; }

    public async ValueTask TakeSeatAsync(FlowControl flows, FlowRequest asked, CancellationToken cancellationToken)
    {
        _flow = await flows.ClassifyAsync(asked, cancellationToken);
        NameFlow();
        await flows.EnterAsync(_flow, asked, cancellationToken);
        _seat = _flow.Level;
    }

    /// <summary>Tells the client by which schema and level its request was taken.</summary>
    public void NameFlow()
    {
        if (_flow is null)
            return;
        var headers = Context.Response.Headers;
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
}
