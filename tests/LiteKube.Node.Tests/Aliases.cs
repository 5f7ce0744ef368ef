global using ApiNode = LiteKube.Api.Core.V1.Node;
