namespace Roost.Identity.Provisioning;

/// <summary>What becomes of a part of a thing that is there already. The names are AWS IoT's <c>DO_NOTHING</c>, <c>REPLACE</c>, <c>MERGE</c> and <c>FAIL</c>.</summary>
internal enum OverrideSetting
{
    Fail,
    DoNothing,
    Replace,
    Merge,
}
