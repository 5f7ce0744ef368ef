using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Kinds;

/// <summary>events.k8s.io/v1 is core/v1 Event with other names for the same fields.</summary>
internal sealed class EventConversion : IObjectConversion
{
    private static readonly (string Core, string Events)[] s_renamed =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"),
        ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public void ToServed(JsonObject stored)
    {
        stored["apiVersion"] = Api.Events.V1.Event.ApiVersion;
        foreach (var (core, events) in s_renamed)
            Rename(stored, core, events);
    }

    public void ToStorage(JsonObject served)
    {
        served["apiVersion"] = Api.Core.V1.Event.ApiVersion;
        foreach (var (core, events) in s_renamed)
            Rename(served, events, core);
    }

    private static void Rename(JsonObject tree, string from, string to)
    {
        if (!tree.Remove(from, out var value) || value is null)
            return;
        tree[to] = value;
    }
}
