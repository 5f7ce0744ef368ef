using System.Net;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Audit;

/// <summary>Begins the records of requests, by the policy. Without one every call returns null at once.</summary>
internal sealed class AuditTrail(ApiServerOptions options, AuditLog log, TimeProvider time)
{
    public const string IdHeader = "Audit-ID";
    private const int LongestId = 64;

    private static readonly string[] s_ownAddress = ["127.0.0.1"];

    private readonly AuditPolicy? _policy = options.Audit is { } audit ? AuditPolicyFile.Read(audit.PolicyPath) : null;

    public bool IsOn => _policy is not null;

    public DateTimeOffset Now() => time.GetUtcNow();

    /// <param name="user">Null where authentication failed.</param>
    public AuditRecord? Begin(HttpContext context, UserInfo? user, UserInfo? impersonated, ApiRequest? request, string verb)
    {
        if (_policy is null)
            return null;
        var rule = _policy.For(user, verb, request, context.Request.Path.Value ?? "/");
        if (rule.Level == AuditLevel.None)
            return null;
        var headers = context.Request.Headers;
        var asked = headers[IdHeader].ToString();
        var id = asked.Length is > 0 and <= LongestId ? asked : Guid.NewGuid().ToString();
        var record = new AuditRecord(this, rule)
        {
            Id = id,
            Received = Now(),
            RequestUri = (context.Request.Path.Value ?? "/") + context.Request.QueryString.Value,
            Verb = verb,
            User = user,
            Impersonated = impersonated,
            SourceIps = AddressesOf(context),
            UserAgent = headers.UserAgent.ToString() is { Length: > 1024 } agent ? agent[..1024] + "...TRUNCATED" : headers.UserAgent.ToString(),
            Request = request,
        };
        record.Write(AuditStages.RequestReceived);
        return record;
    }

    /// <summary>A request from within this process.</summary>
    public AuditRecord? BeginLocal(ApiRequest request)
    {
        if (_policy is null)
            return null;
        var path = PathOf(request);
        var rule = _policy.For(request.User, request.Verb, request, path);
        if (rule.Level == AuditLevel.None)
            return null;
        var record = new AuditRecord(this, rule)
        {
            Id = Guid.NewGuid().ToString(),
            Received = Now(),
            RequestUri = path,
            Verb = request.Verb,
            User = request.User,
            SourceIps = s_ownAddress,
            UserAgent = $"litekube/{options.Version}",
            Request = request,
        };
        record.Write(AuditStages.RequestReceived);
        return record;
    }

    public void Write(AuditRecord record, AuditStages stage) => log.Add(AuditEventWriter.Write(record, stage), record.Rule.Level);

    private static string PathOf(ApiRequest request)
    {
        var type = request.Resource.Type;
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        var ns = type.Namespaced && request.Namespace.Length > 0 ? $"/namespaces/{request.Namespace}" : "";
        return root + ns + "/" + type.Plural + (request.Name.Length > 0 ? "/" + request.Name : "") + (request.Subresource.Length > 0 ? "/" + request.Subresource : "");
    }

    /// <summary>Every address that the request says it came by, and that of the peer last.</summary>
    private static List<string> AddressesOf(HttpContext context)
    {
        var result = new List<string>();
        foreach (var part in context.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            Add(part);
        Add(context.Request.Headers["X-Real-Ip"].ToString());
        if (context.Connection.RemoteIpAddress is { } peer)
            Add((peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer).ToString());
        return result;

        void Add(string text)
        {
            if (IPAddress.TryParse(text, out var address) && !result.Contains(address.ToString()))
                result.Add(address.ToString());
        }
    }
}
