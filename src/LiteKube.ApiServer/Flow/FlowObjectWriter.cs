using LiteKube.Api;
using LiteKube.Api.Flowcontrol.V1;
using LiteKube.ApiServer.Bootstrap;

namespace LiteKube.ApiServer.Flow;

/// <summary>Brings the default objects to what they should be, and says in the status of every FlowSchema whether its level is there.</summary>
internal sealed class FlowObjectWriter(BootstrapWriter writer, IObjectReader objects, TimeProvider time)
{
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(FlowObjects.All.Select(o => writer.EnsureAsync(o, cancellationToken)));
        var levels = (await objects.ListAsync(PriorityLevelConfiguration.Resource, null, cancellationToken)).Select(l => l.Header.Name).ToHashSet(StringComparer.Ordinal);
        var schemas = await objects.ListAsync(FlowSchema.Resource, null, cancellationToken);
        await Task.WhenAll(schemas.Where(s => Judged(s.As<FlowSchema>(), levels) is not null).Select(s => JudgeAsync(s.Header.Name, levels, cancellationToken)));
    }

    private Task JudgeAsync(string name, HashSet<string> levels, CancellationToken cancellationToken) =>
        writer.ChangeAsync(FlowSchema.Resource, "", name, "status", current => Judged(current.As<FlowSchema>(), levels) is { } next ? KubeObject.Of(next) : null, cancellationToken);

    /// <summary>The schema with its Dangling condition as it should be; null where it is.</summary>
    private FlowSchema? Judged(FlowSchema schema, HashSet<string> levels)
    {
        var level = schema.Spec.PriorityLevelConfiguration.Name;
        var (status, reason, message) = levels.Contains(level)
            ? ("False", "Found", $"This FlowSchema references the PriorityLevelConfiguration object named \"{level}\" and it exists")
            : ("True", "NotFound", $"This FlowSchema references the PriorityLevelConfiguration object named \"{level}\" but there is no such object");
        var present = schema.Status.Conditions.FirstOrDefault(c => c.Type == "Dangling");
        if (present?.Status == status && present.Reason == reason && present.Message == message)
            return null;
        var since = present?.Status == status ? present.LastTransitionTime : time.GetUtcNow();
        var condition = new FlowSchemaCondition { Type = "Dangling", Status = status, Reason = reason, Message = message, LastTransitionTime = since };
        return schema with { Status = schema.Status with { Conditions = [.. schema.Status.Conditions.Where(c => c.Type != "Dangling"), condition] } };
    }
}
