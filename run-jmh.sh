#!/usr/bin/env bash
#
# Builds the benchmarks if need be and runs a quick matrix that suits this machine: on an NVIDIA GPU the full-size models at 512 and 1024,
# on a CPU their mini scale. Arguments go to JMH and replace this script's own choice of the same option:
#
#   ./run-jmh.sh                                    the quick matrix
#   ./run-jmh.sh 'RealVisXlV40.step' -f 5           one benchmark, five forks
#   ./run-jmh.sh -p resolution=768 -p compiler=none
#
# Results appear as a table and as files in benchmarks-results/.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jar=$root/target/benchmarks.jar
least=17

fail() {
    echo "run-jmh.sh: $*" >&2
    exit 2
}

# The feature version of a Java command, or 0 if it does not run.
java_version() {
    local version
    version=$("$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p') || true
    [[ $version =~ ^[0-9]+$ ]] && echo "$version" || echo 0
}

# Prints the home of the first JDK that is new enough: JAVA_HOME, then the one on the PATH, then the usual places.
find_jdk() {
    local home on_path=
    if command -v javac > /dev/null; then
        on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
    fi
    for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [[ -n $home && -x $home/bin/javac && $(java_version "$home/bin/java") -ge $least ]]; then
            echo "$home"
            return
        fi
    done
    return 1
}

has_gpu() {
    command -v nvidia-smi > /dev/null && [[ $(nvidia-smi -L 2> /dev/null) == GPU* ]]
}

# Whether the jar brings libtorch for CPUs along; it must not on a GPU machine, where DJL would take it.
bundles_libtorch() {
    grep -q native/lib/pytorch.properties "$jar"
}

needs_build() {
    [[ ! -f $jar ]] && return
    [[ -n $(find "$root/pom.xml" "$root/src/main" -newer "$jar" -print -quit) ]] && return
    if bundles_libtorch; then [[ ${#thin[@]} -gt 0 ]]; else [[ ${#thin[@]} -eq 0 ]]; fi
}

# Whether the arguments after the first set that option, or that parameter of -p.
sets() {
    local name=$1 argument
    shift
    for argument; do
        [[ ${argument%%=*} == "$name" ]] && return
    done
    return 1
}

jdk=$(find_jdk) || fail "no JDK $least or newer found; install one (Debian: apt install openjdk-$least-jdk) or set JAVA_HOME"
export JAVA_HOME=$jdk

thin=()
if has_gpu; then
    echo "GPU found: full-size models"
    thin=(-Dthin)
    resolutions=512,1024
    compilers=none,torchscript,cudagraph,fused
else
    echo "no NVIDIA GPU found: mini models on the CPU"
    resolutions=256
    compilers=none,torchscript,fused
fi

if needs_build; then
    echo "building with $jdk"
    (cd "$root" && ./mvnw -q -B package -Dmaven.test.skip=true ${thin[@]+"${thin[@]}"})
fi

# One fork with few iterations shows the order of things; for figures to publish, leave out or raise -f, -wi and -i.
defaults=()
sets -f "$@" || defaults+=(-f 1)
sets -wi "$@" || defaults+=(-wi 2)
sets -i "$@" || defaults+=(-i 3)
sets resolution "$@" || defaults+=(-p "resolution=$resolutions")
sets compiler "$@" || defaults+=(-p "compiler=$compilers")

# The models of the evaluation; a pattern of your own measures others.
(($# > 0)) || defaults+=('\.(RealVisXlV40|StableDiffusionV15|InstructPix2Pix)\.')

# JMH still uses a part of sun.misc.Unsafe that newer JDKs warn about; the forks inherit the setting.
cd "$root"
exec "$jdk/bin/java" -Dsun.misc.unsafe.memory.access=allow -jar "$jar" "${defaults[@]}" "$@"
