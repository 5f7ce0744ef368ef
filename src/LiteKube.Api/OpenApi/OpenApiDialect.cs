namespace LiteKube.Api.OpenApi;

internal enum OpenApiDialect
{
    V2,
    V3,
}
