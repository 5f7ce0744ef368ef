namespace LiteKube.Cel;

/// <summary>How a list of the Kubernetes API compares and adds up: <c>x-kubernetes-list-type</c>.</summary>
public enum CelListType
{
    /// <summary>Equal when the same elements stand in the same order; <c>+</c> appends.</summary>
    Atomic,

    /// <summary>Order does not matter; <c>+</c> appends what is not there yet.</summary>
    Set,

    /// <summary>Order does not matter; <c>+</c> replaces elements that have the same keys and appends the others.</summary>
    Map,
}
