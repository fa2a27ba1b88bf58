namespace Roost.Identity;

/// <summary>A capability of the room that has to do something before anybody is let in. Started in the order of registration, after the database was opened.</summary>
internal interface IIdentityPart
{
    Task StartAsync(CancellationToken cancellationToken);
}
