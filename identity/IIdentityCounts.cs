namespace Roost.Identity;

/// <summary>How much of each kind is registered. Any thread may ask.</summary>
public interface IIdentityCounts
{
    IdentityCounts Count();
}
