namespace Roost.Identity.Policies.Documents;

/// <summary>Which values of a key have to meet a condition.</summary>
internal enum ConditionQuantifier
{
    /// <summary>The only one that it has.</summary>
    One,

    /// <summary><c>ForAnyValue:</c>.</summary>
    AnyValue,

    /// <summary><c>ForAllValues:</c>.</summary>
    AllValues,
}
