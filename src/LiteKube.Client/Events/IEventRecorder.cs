using LiteKube.Api;
using LiteKube.Api.Core.V1;

namespace LiteKube.Client;

/// <summary>Tells users, through Event objects, what was done and why. Never blocks and never fails its caller; repeats are counted, floods dropped.</summary>
public interface IEventRecorder
{
    /// <param name="regarding">The object the event is about.</param>
    /// <param name="type"><see cref="EventType.Normal"/> or <see cref="EventType.Warning"/>.</param>
    /// <param name="reason">CamelCase, for machines.</param>
    void Record(ObjectReference regarding, string type, string reason, string message);
}

public static class EventRecorderExtensions
{
    public static void Record<T>(this IEventRecorder recorder, T regarding, string type, string reason, string message) where T : class, IKubeObject<T> =>
        recorder.Record(regarding.ReferenceTo(), type, reason, message);
}
