using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Scheduling.V1;

namespace LiteKube.Admission.Plugins;

/// <summary>Turns a pod's priority class into its number and preemption policy, once, when it is made; and keeps the default class single.</summary>
internal sealed class Priority(IObjectReader objects) : IAdmissionPlugin
{
    private const string DefaultPolicy = "PreemptLowerPriority";

    public string Name => "Priority";

    public bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update && (request.Is(Pod.Resource) || request.Is(PriorityClass.Resource));

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.Is(Pod.Resource))
            return;
        var spec = request.Object!.Grow("spec");
        if (request.Operation == AdmissionOperation.Update)
        {
            Keep(spec, request.OldObject.Child("spec"), "priority");
            Keep(spec, request.OldObject.Child("spec"), "preemptionPolicy");
            return;
        }

        var (name, value, policy) = await ClassAsync(request, spec.Text("priorityClassName"), cancellationToken);
        if (spec.Number("priority") is { } priority && priority != value)
            throw Denial.Of(request, $"the integer value of priority ({priority}) must not be provided in pod spec; priority admission controller computed {value} from the given PriorityClass name");
        if (spec.Text("preemptionPolicy") is { } own && own != policy)
            throw Denial.Of(request, $"the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission controller computed {policy} from the given PriorityClass name");
        if (name is not null)
            spec["priorityClassName"] = name;
        spec["priority"] = value;
        spec["preemptionPolicy"] = policy;
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (!request.Is(PriorityClass.Resource) || request.Object.Flag("globalDefault") != true)
            return;
        var other = await DefaultAsync(cancellationToken);
        if (other is not null && other.Metadata.Name != request.Object.Child("metadata").Text("name"))
            throw Denial.Of(request, $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
    }

    private static void Keep(JsonObject spec, JsonObject? old, string field)
    {
        if (!spec.Has(field) && old?[field] is { } value)
            spec[field] = value.DeepClone();
    }

    private async ValueTask<(string? Name, int Value, string Policy)> ClassAsync(AdmissionRequest request, string? name, CancellationToken cancellationToken)
    {
        PriorityClass? found;
        if (name is null)
        {
            found = await DefaultAsync(cancellationToken);
            if (found is null)
                return (null, 0, DefaultPolicy);
        }
        else
        {
            found = (await objects.GetAsync(PriorityClass.Resource, null, name, cancellationToken))?.As<PriorityClass>()
                ?? SystemPriorityClasses.All.FirstOrDefault(c => c.Metadata.Name == name)
                ?? throw Denial.Of(request, $"no PriorityClass with name {name} was found");
        }

        return (found.Metadata.Name, found.Value ?? 0, found.PreemptionPolicy ?? DefaultPolicy);
    }

    private async ValueTask<PriorityClass?> DefaultAsync(CancellationToken cancellationToken) =>
        (await objects.ListAsync(PriorityClass.Resource, null, cancellationToken))
            .Select(c => c.As<PriorityClass>())
            .Where(c => c.GlobalDefault == true)
            .MinBy(c => c.Value ?? 0);
}
