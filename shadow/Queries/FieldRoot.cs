namespace Roost.Shadow.Queries;

/// <summary>Where a field's path begins.</summary>
internal enum FieldRoot
{
    Thing,
    Name,
    Version,
    Updated,
    Desired,
    Reported,
    Delta,
}
