namespace Roost.Shadow.Journal;

/// <summary>Sees every change of every shadow once it is durable and announced, in order.</summary>
internal interface IShadowObserver
{
    /// <summary>Called by the loop that owns the shadows: it stands still meanwhile, so this must be quick and wait for nothing.</summary>
    void Changed(ShadowChange change);
}
