using LiteKube.Api.Meta.V1;

namespace LiteKube.Api;

/// <summary>A request that ended in a Status: thrown at the server's edge towards its caller, and by clients towards theirs.</summary>
public sealed class ApiException : Exception
{
    public ApiException(StatusReason reason, string message, StatusDetails? details = null)
        : this(reason, new Status
        {
            StatusValue = "Failure",
            Message = message,
            Reason = reason == StatusReason.Unknown ? null : reason.ToString(),
            Code = reason.HttpStatus(),
            Details = details,
        })
    {
    }

    public ApiException(StatusReason reason, Status status)
        : base(status.Message)
    {
        Reason = reason;
        Status = status;
    }

    public StatusReason Reason { get; }

    public Status Status { get; }

    public static ApiException Of(Status status) =>
        new(Enum.TryParse<StatusReason>(status.Reason, out var reason) ? reason : StatusReason.Unknown, status);

    public static ApiException NotFound(ResourceType resource, string name) =>
        new(StatusReason.NotFound, $"{resource.GroupResource} \"{name}\" not found", Details(resource, name));

    public static ApiException AlreadyExists(ResourceType resource, string name) =>
        new(StatusReason.AlreadyExists, $"{resource.GroupResource} \"{name}\" already exists", Details(resource, name));

    public static ApiException Conflict(ResourceType resource, string name, string why) =>
        new(StatusReason.Conflict, $"Operation cannot be fulfilled on {resource.GroupResource} \"{name}\": {why}", Details(resource, name));

    private static StatusDetails Details(ResourceType resource, string name) => new() { Name = name, Group = resource.Group.Length == 0 ? null : resource.Group, Kind = resource.Plural };
}
