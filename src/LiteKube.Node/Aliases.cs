// Kubernetes and the engine both have containers with a status and a state, and "Node" is this assembly's own namespace.
global using ApiContainerState = LiteKube.Api.Core.V1.ContainerState;
global using ApiContainerStatus = LiteKube.Api.Core.V1.ContainerStatus;
global using ApiNode = LiteKube.Api.Core.V1.Node;
global using EngineContainer = LiteKube.Node.Runtime.ContainerStatus;
global using EngineState = LiteKube.Node.Runtime.ContainerState;
