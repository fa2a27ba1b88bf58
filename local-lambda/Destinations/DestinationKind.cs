namespace Roost.LocalLambda.Destinations;

internal enum DestinationKind
{
    Function,
    Stream,
    Topic,
}
