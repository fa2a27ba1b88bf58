namespace Roost.Identity;

/// <summary>Which functions decide who is provisioned, and as what.</summary>
public interface ITemplateHooks
{
    /// <returns>The names of the templates that ask this function; empty: none.</returns>
    IReadOnlyList<string> TemplatesThatAsk(string function);
}
