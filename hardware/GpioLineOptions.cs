using Roost.Hardware.Gpio;

namespace Roost.Hardware;

/// <summary>One line of a GPIO chip, as a property of a thing: true is active.</summary>
public sealed class GpioLineOptions : PointOptions
{
    /// <summary>
    /// <c>gpiochip0</c>, a chip's label such as <c>pinctrl-rp1</c>, or <c>simulated</c>. Null: the chip that has a line of this name; for an offset the
    /// first chip.
    /// </summary>
    public string? Chip { get; set; }

    /// <summary>The line's name, as <c>GPIO17</c>, or its offset on the chip, as <c>17</c>.</summary>
    public string Line { get; set; } = "";

    /// <summary>Null: in, but out with <see cref="Pwm"/>.</summary>
    public LineDirection? Direction { get; set; }

    /// <summary>Null: as the machine has set it.</summary>
    public LinePull? Pull { get; set; }

    /// <summary>Which voltage is true. Default high.</summary>
    public ActiveLevel Active { get; set; } = ActiveLevel.High;

    /// <summary>An input's level counts once it has lasted so long; the kernel sees to it. Default 0: every level counts. At most 10 s.</summary>
    public TimeSpan Debounce { get; set; }

    /// <summary>Which edges of an input are published to <see cref="PointOptions.Topic"/>. The shadow follows both. Default both.</summary>
    public EdgeKind Edges { get; set; } = EdgeKind.Both;

    /// <summary>How an output drives. Default push-pull.</summary>
    public LineDrive Drive { get; set; } = LineDrive.PushPull;

    /// <summary>What an output is where the shadow desires nothing: <c>off</c>, <c>on</c>, or a number with <see cref="Pwm"/>. Default off.</summary>
    public OutputLevel? Initial { get; set; }

    /// <summary>What an output is left at when the daemon stops: <c>off</c>, <c>on</c>, or <c>keep</c>. Default off.</summary>
    public OutputLevel? AtExit { get; set; }

    /// <summary>With it an output is a number from 0 to 1: the part of the time in which it is active. Null: true or false.</summary>
    public PwmOptions? Pwm { get; set; }

    internal bool IsOutput => (Direction ?? (Pwm is null ? LineDirection.In : LineDirection.Out)) == LineDirection.Out;
}
