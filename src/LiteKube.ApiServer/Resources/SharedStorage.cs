using LiteKube.Api;
using LiteKube.ApiServer.Kinds;

namespace LiteKube.ApiServer.Resources;

/// <summary>The resources that are another one's objects under a second name.</summary>
internal sealed record SharedStorage(ResourceType Served, ResourceType Storage, IObjectConversion Conversion)
{
    private static readonly SharedStorage[] s_all =
    [
        new(Api.Events.V1.Event.Resource, Api.Core.V1.Event.Resource, new EventConversion()),
        new(Api.Autoscaling.V1.HorizontalPodAutoscaler.Resource, Api.Autoscaling.V2.HorizontalPodAutoscaler.Resource, new AutoscalerConversion()),
    ];

    public static SharedStorage? Of(ResourceType served) => Array.Find(s_all, s => s.Served == served);
}
