namespace Roost.Hardware.Gpio;

/// <summary>How an output drives: both levels, or only low (open drain) or only high (open source).</summary>
public enum LineDrive
{
    PushPull,
    OpenDrain,
    OpenSource,
}
