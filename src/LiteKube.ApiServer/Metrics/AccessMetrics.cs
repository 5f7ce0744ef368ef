using LiteKube.ApiServer.Audit;

namespace LiteKube.ApiServer.Metrics;

/// <summary>How requests fared at the door.</summary>
internal sealed class AccessMetrics(AuditLog audit)
{
    private long _authenticated;
    private long _unauthenticated;
    private long _allowed;
    private long _denied;

    public void Authenticated(bool success) => Interlocked.Increment(ref success ? ref _authenticated : ref _unauthenticated);

    public void Authorized(bool allowed) => Interlocked.Increment(ref allowed ? ref _allowed : ref _denied);

    public void Write(MetricsText text)
    {
        text.Family("authentication_attempts", "counter", "Requests by whether it could be found out who sent them.");
        text.Sample("authentication_attempts", Interlocked.Read(ref _authenticated), "result", "success");
        text.Sample("authentication_attempts", Interlocked.Read(ref _unauthenticated), "result", "failure");
        text.Family("authorization_attempts_total", "counter", "Requests by whether they were allowed.");
        text.Sample("authorization_attempts_total", Interlocked.Read(ref _allowed), "result", "allowed");
        text.Sample("authorization_attempts_total", Interlocked.Read(ref _denied), "result", "denied");
        text.Single("apiserver_audit_event_total", "counter", "Audit events.", Enum.GetValues<AuditLevel>().Sum(audit.Count));
        text.Family("apiserver_audit_level_total", "counter", "Audit events by level.");
        foreach (var level in Enum.GetValues<AuditLevel>())
            text.Sample("apiserver_audit_level_total", audit.Count(level), "level", level.ToString());
        text.Family("apiserver_audit_error_total", "counter", "Audit events that could not be written.");
        text.Sample("apiserver_audit_error_total", audit.Lost, "plugin", "log");
    }
}
