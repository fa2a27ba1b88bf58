namespace Roost.LocalLambda;

/// <summary>
/// What others have tied to a function by its name, and the function knows nothing of: whoever changes its code acts in their stead. The gateway implements it; where it is missing there is none.
/// </summary>
public interface IFunctionTies
{
    /// <returns>For people, after "it is": <c>the target of routes[2]</c>; null: nothing.</returns>
    string? Find(string function);
}
