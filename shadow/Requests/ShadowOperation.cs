namespace Roost.Shadow.Requests;

internal enum ShadowOperation
{
    Get,
    Update,
    Delete,
}
