namespace Roost.Identity;

/// <summary>The things that are registered, from memory. Any thread may call.</summary>
public interface IThingRegistry
{
    /// <returns>Null: there is no such thing.</returns>
    ThingDescription? Find(string name);
}
