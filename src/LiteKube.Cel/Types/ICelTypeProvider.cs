namespace LiteKube.Cel;

/// <summary>The structures that expressions may construct by name, as in <c>Object{spec: Object.spec{}}</c>.</summary>
public interface ICelTypeProvider
{
    /// <summary>The type of that name; null where there is none.</summary>
    CelType? Find(string name);
}
