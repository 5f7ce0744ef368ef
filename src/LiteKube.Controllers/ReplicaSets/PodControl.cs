using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Controllers.Owned;

namespace LiteKube.Controllers.ReplicaSets;

/// <summary>Makes and deletes the pods of an owner, and says so in events.</summary>
internal sealed class PodControl(KubeClient client, IEventRecorder recorder)
{
    /// <exception cref="ApiException">The server refused; an event says so.</exception>
    public async ValueTask CreateAsync<T>(T owner, PodTemplateSpec template, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        var metadata = template.Metadata ?? new ObjectMeta();
        var pod = new Pod
        {
            Metadata = new ObjectMeta
            {
                Namespace = owner.Metadata.Namespace,
                GenerateName = owner.Metadata.Name + "-",
                Labels = metadata.Labels,
                Annotations = metadata.Annotations,
                Finalizers = metadata.Finalizers,
                OwnerReferences = [owner.ControllerReference()],
            },
            Spec = template.Spec ?? new PodSpec(),
        };
        try
        {
            var created = await client.CreateAsync(pod, cancellationToken).ConfigureAwait(false);
            recorder.Record(owner, EventType.Normal, "SuccessfulCreate", $"Created pod: {created.Metadata.Name}");
        }
        catch (ApiException e)
        {
            if (!e.IsNamespaceTerminating())
                recorder.Record(owner, EventType.Warning, "FailedCreate", $"Error creating: {e.Message}");
            throw;
        }
    }

    /// <summary>Deletes a pod. False if it was gone already.</summary>
    public async ValueTask<bool> DeleteAsync<T>(T owner, Pod pod, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        try
        {
            var same = new DeleteOptions { Preconditions = new Preconditions { Uid = pod.Metadata.Uid } };
            if (!await client.TryDeleteAsync(Pod.Resource, pod.Metadata.Namespace, pod.Metadata.Name!, same, cancellationToken).ConfigureAwait(false))
                return false;
            recorder.Record(owner, EventType.Normal, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            return true;
        }
        catch (ApiException e)
        {
            recorder.Record(owner, EventType.Warning, "FailedDelete", $"Error deleting: {e.Message}");
            throw;
        }
    }
}
