// Every test class has a cluster of its own, and the machine has two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
