namespace LiteKube.Admission;

public enum AdmissionOperation
{
    Create,
    Update,
    Delete,
    Connect,
}
