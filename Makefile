# SPDX-License-Identifier: MIT
# One Makefile for everything; `make help` lists the targets. Adding a file needs no edit here.

ifeq ($(wildcard config.mak),)
ifeq ($(filter help clean,$(MAKECMDGOALS)),)
$(error no config.mak: run ./configure first (./configure --install also installs what is missing))
endif
endif
-include config.mak

MODE ?= release
B := build/$(MODE)
V ?= 0
Q := $(if $(filter 1,$(V)),,@)

CFLAGS_release := -O2 -g
CFLAGS_debug := -O1 -g
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_torture := -O2 -g
CFLAGS_mutants := -O2 -g
CFLAGS_fuzz := -O2 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Two other builds that must behave the same (tests/hosts); made soon rather than fast.
CFLAGS_clang := -O1
CFLAGS_arm64 := -O1
# Only clang has the engine; warnings are gcc's business.
ifneq ($(filter fuzz clang,$(MODE)),)
CC := clang
WARNINGS := -w
endif
# Another machine's program: its compiler, and its libraries from roms/fetch-arm64.
PKG_CONFIG := pkg-config
ifeq ($(MODE),arm64)
ARM64_ROOT := $(CURDIR)/build/arm64-root
CC := aarch64-linux-gnu-gcc --sysroot=$(ARM64_ROOT) -B$(ARM64_ROOT)/usr/lib/aarch64-linux-gnu/
WARNINGS := -w
CONFIG_SLIRP := 0
CONFIG_LIBEDIT := 0
CONFIG_SDL := 0
CONFIG_CURSES := 0
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(ARM64_ROOT) PKG_CONFIG_LIBDIR=$(ARM64_ROOT)/usr/lib/aarch64-linux-gnu/pkgconfig pkg-config
endif
# Neither has a window: fuzzing looks inside, and the other compiler's program is compared without one.
ifneq ($(filter fuzz clang,$(MODE)),)
CONFIG_SDL := 0
CONFIG_CURSES := 0
endif
PACKAGES := glib-2.0 libelf zlib libzstd libconfig $(if $(filter 1,$(CONFIG_SLIRP)),slirp) $(if $(filter 1,$(CONFIG_LIBEDIT)),libedit)
CFLAGS ?=
ALL_CFLAGS := -std=gnu11 -fno-strict-aliasing $(CFLAGS_$(MODE)) $(WARNINGS) -I. -DVERSION='"$(VERSION)"' \
              -DCONFIG_SLIRP=$(CONFIG_SLIRP) -DCONFIG_SDL=$(or $(CONFIG_SDL),0) -DCONFIG_CURSES=$(or $(CONFIG_CURSES),0) -DPREFIX='"$(PREFIX)"' -DCONFIG_TORTURE=$(if $(filter torture,$(MODE)),1,0) \
              -DCONFIG_MUTANTS=$(if $(filter mutants,$(MODE)),1,0) $(shell $(PKG_CONFIG) --cflags $(PACKAGES)) $(CFLAGS)
ifeq ($(MODE),fuzz)
# Comparisons are worth following where text is compared, and take half of the time where instructions run.
$(B)/cpu/%.o $(B)/mmu/%.o $(B)/emu/base/%.o: ALL_CFLAGS += -fno-sanitize-coverage=trace-cmp
endif
ifeq ($(CI),true)
ALL_CFLAGS += -Werror
endif
LDLIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES)) -lfdt -lpthread -ldl -lm

SOURCES := $(filter-out emu/ui/%,$(wildcard mmu/*.c mmu/*/*.c cpu/*.c cpu/*/*.c devices/*.c emu/*.c emu/*/*.c))
# The window is a module of its own. Tests look at what of it knows no library.
UI_SDL := $(wildcard emu/ui/sdl_*.c)
UI_VTERM := $(wildcard emu/ui/terminal*.c)
UI_CURSES := $(wildcard emu/ui/curses_*.c)
UI_PLAIN := $(filter-out $(UI_SDL) $(UI_VTERM) $(UI_CURSES),$(wildcard emu/ui/*.c))
UI_PACKAGES := sdl2 SDL2_ttf vterm libpng x11
UI_CFLAGS := $(if $(filter 1,$(CONFIG_SDL)),$(shell $(PKG_CONFIG) --cflags $(UI_PACKAGES)))
UI_LDLIBS := $(if $(filter 1,$(CONFIG_SDL)),$(shell $(PKG_CONFIG) --libs $(UI_PACKAGES) glib-2.0))
MODULES := $(if $(filter 1,$(CONFIG_SDL)),$(B)/bulkhead-sdl.so) $(if $(filter 1,$(CONFIG_CURSES)),$(B)/bulkhead-curses.so)
ifneq ($(CONFIG_SLIRP),1)
SOURCES := $(filter-out emu/net_slirp.c,$(SOURCES))
endif
SOURCES := $(filter-out $(if $(filter 1,$(CONFIG_LIBEDIT)),emu/monitor/edit_none.c,emu/monitor/edit.c),$(SOURCES))
ifneq ($(MODE),mutants)
SOURCES := $(filter-out emu/base/mutant.c,$(SOURCES))
endif
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
LIBRARY := $(filter-out $(B)/emu/main.o,$(OBJECTS))
UNIT := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/test_*.c))
RANDOM_OBJECTS := $(patsubst %.c,$(B)/%.o,$(wildcard tests/random/*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
# Terminals of the window and of curses.
ifneq ($(CONFIG_VTERM),1)
UNIT := $(filter-out %/test_terminal,$(UNIT))
FUZZ := $(filter-out %/terminal,$(FUZZ))
endif
TESTLIB := $(patsubst %.c,$(B)/%.o,$(wildcard tests/lib/*.c))

all: $(B)/bulkhead $(MODULES) ## build the emulator (MODE=release|debug|asan|torture: caches of one line|mutants)

$(B)/bulkhead: $(OBJECTS)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,--export-dynamic -o $@ $^ $(LDLIBS)
	$(Q)[ $(MODE) != release ] || ln -sf release/bulkhead build/bulkhead

# It calls the program that loads it.
$(B)/emu/ui/%.o: ALL_CFLAGS += -fPIC
$(UI_SDL:%.c=$(B)/%.o) $(UI_VTERM:%.c=$(B)/%.o): ALL_CFLAGS += $(UI_CFLAGS)
$(B)/bulkhead-sdl.so: $(UI_PLAIN:%.c=$(B)/%.o) $(UI_SDL:%.c=$(B)/%.o) $(UI_VTERM:%.c=$(B)/%.o)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -o $@ $^ $(UI_LDLIBS)

$(B)/bulkhead-curses.so: $(UI_PLAIN:%.c=$(B)/%.o) $(UI_CURSES:%.c=$(B)/%.o) $(UI_VTERM:%.c=$(B)/%.o)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -o $@ $^ -lncursesw -ltinfo -lvterm $(shell $(PKG_CONFIG) --libs glib-2.0)

$(B)/%.o: %.c config.mak
	@echo "  CC    $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/unit/%: $(B)/tests/unit/%.o $(TESTLIB) $(UI_PLAIN:%.c=$(B)/%.o) $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion -lmpfr -lgmp -lm

$(B)/unit/test_terminal $(B)/fuzz/terminal: $(UI_VTERM:%.c=$(B)/%.o)
$(B)/unit/test_terminal $(B)/fuzz/terminal: LDLIBS += -lvterm

$(B)/isa/%: $(B)/tests/isa/%.o $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/float/%: $(B)/tests/float/%.o $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/lockstep/%: $(B)/tests/lockstep/%.o $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/random/generate: $(RANDOM_OBJECTS) $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/lib/fuzz.o $(B)/tests/lib/fuzz_virtio.o $(B)/tests/lib/machine_rig.o $(UI_PLAIN:%.c=$(B)/%.o) $(LIBRARY)
	@echo "  LD    $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

fuzz-targets:
	@[ -n "$(FUZZ_CC)" ] || { echo "fuzzing needs clang and its libFuzzer: ./configure --install"; exit 1; }
	$(Q)$(MAKE) --no-print-directory MODE=fuzz fuzz-binaries

fuzz-binaries: $(FUZZ)

mutants: ## break rules of the hypervisor extension one at a time: each must be noticed by its corner
	$(Q)$(MAKE) --no-print-directory MODE=mutants all
	@tests/corners/mutants build/mutants/bulkhead

unit: $(UNIT) ## run the unit tests
	@tests/run-unit $(UNIT)

lint: ## layers, cited anchors, formatting, shell scripts
	@.ci/check-includes
	@.ci/check-norms
	@clang-format --dry-run --Werror $(shell git ls-files '*.c' '*.h')
	@shellcheck configure .ci/check-includes .ci/check-norms .ci/run tests/run-unit tests/golden/run tests/lockstep/run-states tests/lockstep/torture tests/export/run-bao tests/export/run-jailhouse roms/fetch-images roms/fetch-qemu roms/fetch-objdump roms/fetch-gdb roms/fetch-arm64 roms/make-graphics roms/init-graphics \
	    roms/apt-private.sh
	@echo "lint: clean"

# Programs that run in the machine: a folder with a main.c each, over hyp/lib, in build/hyp/NAME.elf and NAME.bin.
HYP := build/hyp
HYP_FOLDERS := $(patsubst %/main.c,%,$(wildcard hyp/*/main.c hyp/guests/*/main.c hyp/ladder/*/main.c tests/trends/*/main.c tests/qos/*/main.c tests/verdict/*/main.c tests/ui/*/main.c))
HYP_PROGRAMS := $(foreach folder,$(HYP_FOLDERS),$(HYP)/$(notdir $(folder)).elf $(HYP)/$(notdir $(folder)).bin)
HYP_LIBRARY := $(patsubst %,$(HYP)/%.o,$(wildcard hyp/lib/*.c hyp/lib/*.S))
HYP_CFLAGS := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mno-relax -std=gnu11 -O2 -g -ffreestanding -fno-common \
              -fno-tree-loop-distribute-patterns -Wall -Wextra -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
              -Wno-main $(if $(filter true,$(CI)),-Werror) -Ihyp

$(HYP)/%.o: %
	@command -v $(RISCV)gcc >/dev/null || { echo "programs for the machine need $(RISCV)gcc: ./configure --install"; exit 1; }
	@echo "  GUEST $<"
	@mkdir -p $(@D)
	$(Q)$(RISCV)gcc $(HYP_CFLAGS) -I$(dir $<) -MMD -MP -c -o $@ $<

$(HYP)/lib.a: $(HYP_LIBRARY)
	$(Q)rm -f $@ && $(RISCV)ar crs $@ $^

# What hyp/h, hyp/pass and hyp/vtx1 have in common.
HYP_MONITOR := $(patsubst %,$(HYP)/%.o,$(wildcard hyp/monitor/*.c))
$(HYP)/monitor.a: $(HYP_MONITOR)
	$(Q)rm -f $@ && $(RISCV)ar crs $@ $^

# What programs without firmware begin with; their link.ld includes its.
HYP_MACHINE := $(patsubst %,$(HYP)/%.o,$(wildcard hyp/lib/machine/*.c hyp/lib/machine/*.S))
$(HYP)/machine.a: $(HYP_MACHINE)
	$(Q)rm -f $@ && $(RISCV)ar crs $@ $^

# A folder may bring a link.ld of its own. With firmware or without: where it begins, and in what archive. What print writes to is
# in both that and lib.a; it is to be looked for in the first.
hyp_begin = $(if $(shell grep -s machine/link.ld $(1)/link.ld),$(HYP)/machine.a,$(HYP)/hyp/lib/start.S.o)
define HYP_PROGRAM
$(HYP)/$(notdir $(1)).elf: $(patsubst %,$(HYP)/%.o,$(wildcard $(1)/*.c $(1)/*.S $(1)/users/*.c)) $(call hyp_begin,$(1)) $(HYP)/monitor.a $(HYP)/lib.a $(wildcard $(1)/link.ld) hyp/lib/link.ld
	@echo "  GUEST $$@"
	$(Q)$(RISCV)gcc -nostdlib -static -march=rv64imac -mabi=lp64 -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--no-relax \
	    -T $(firstword $(wildcard $(1)/link.ld) hyp/lib/link.ld) -o $$@ $$(if $$(filter %/machine.a,$$^),-u console_write) $$(filter %.o,$$^) $$(filter %.a,$$^)
endef
$(foreach folder,$(HYP_FOLDERS),$(eval $(call HYP_PROGRAM,$(folder))))

$(HYP)/%.bin: $(HYP)/%.elf
	$(Q)$(RISCV)objcopy -O binary $< $@

-include $(HYP_LIBRARY:.o=.d) $(HYP_MACHINE:.o=.d) $(HYP_MONITOR:.o=.d) $(foreach folder,$(HYP_FOLDERS),$(wildcard $(HYP)/$(folder)/*.d $(HYP)/$(folder)/users/*.d))

# Users' programs of time-sharing systems: a file each, images of a whole field, and all of them on one tape, an archive.
pdp_link = $(Q)$(RISCV)gcc -nostdlib -static -march=rv64ima -mabi=lp64 -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,--no-relax \
               -T hyp/guests/pdp/link.ld -o $@ $(filter %.o,$^)
PDP := $(patsubst hyp/guests/pdp/%,$(HYP)/pdp/%.bin,$(basename $(filter-out %/start.S,$(wildcard hyp/guests/pdp/*.c hyp/guests/pdp/*.S))))
$(HYP)/pdp/%.o: HYP_CFLAGS += -march=rv64ima_zicsr_zifencei
$(HYP)/pdp/%.o: hyp/guests/pdp/%
	@echo "  GUEST $<"
	@mkdir -p $(@D)
	$(Q)$(RISCV)gcc $(HYP_CFLAGS) -MMD -MP -c -o $@ $<
$(HYP)/pdp/%.elf: $(HYP)/pdp/%.c.o $(HYP)/pdp/start.S.o hyp/guests/pdp/link.ld
	$(pdp_link)
$(HYP)/pdp/%.elf: $(HYP)/pdp/%.S.o hyp/guests/pdp/link.ld
	$(pdp_link)
$(HYP)/pdp.tape: $(PDP)
	$(Q)rm -f $@ && $(RISCV)ar cDrS $@ $^
-include $(wildcard $(HYP)/pdp/*.d)

# What hyp/cp40's virtual machines load: images from address 0 on, without compressed instructions.
CP40 := $(patsubst hyp/guests/cp40/%,$(HYP)/cp40-guests/%.bin,$(basename $(filter-out %/start.S,$(wildcard hyp/guests/cp40/*.c hyp/guests/cp40/*.S))))
$(HYP)/cp40-guests/%.o: HYP_CFLAGS += -march=rv64ima_zicsr_zifencei
$(HYP)/cp40-guests/%.o: hyp/guests/cp40/%
	@echo "  GUEST $<"
	@mkdir -p $(@D)
	$(Q)$(RISCV)gcc $(HYP_CFLAGS) -MMD -MP -c -o $@ $<
$(HYP)/cp40-guests/%.elf: $(HYP)/cp40-guests/%.c.o $(HYP)/cp40-guests/start.S.o hyp/guests/cp40/link.ld
	$(subst guests/pdp,guests/cp40,$(pdp_link))
$(HYP)/cp40-guests/%.elf: $(HYP)/cp40-guests/%.S.o hyp/guests/cp40/link.ld
	$(subst guests/pdp,guests/cp40,$(pdp_link))
$(HYP)/cp40.tape: $(CP40)
	$(Q)rm -f $@ && $(RISCV)ar cDrS $@ $^
-include $(wildcard $(HYP)/cp40-guests/*.d)

guests: $(HYP_PROGRAMS) $(HYP)/pdp.tape $(HYP)/cp40.tape ## build what runs in the machine, hyp/, into build/hyp

norm-report: ## where the rules of the hypervisor chapter are cited, into build/norm-report.md
	@mkdir -p build
	@.ci/norm-report build/norm-report.md

images: ## fetch firmware, Linux and busybox from the distribution into build/images
	@roms/fetch-images

IMAGES := build/images/Image build/images/initrd.cpio.gz build/images/fw_dynamic.bin
$(IMAGES) &:
	@roms/fetch-images

# Whoever wants to see something run wants it soon.
ifneq ($(filter run run-linux run-desktop,$(MAKECMDGOALS)),)
MAKEFLAGS += -j$(shell nproc)
endif

# What hyp/partition and its guests need, without the rest of hyp/.
DEMO := $(HYP)/partition.elf $(HYP)/rt.elf

# 1 where there is a screen for a window.
SCREEN := $(if $(DISPLAY)$(WAYLAND_DISPLAY),$(filter 1,$(CONFIG_SDL)))

run: $(B)/bulkhead $(MODULES) $(IMAGES) $(DEMO) ## Linux and a real-time guest side by side, in a window, or without a screen in this terminal (Ctrl-A x ends it)
	@if test -n "$(SCREEN)"; then see="-display sdl"; \
	elif test -t 0 && test -t 1 && test "$${TERM:-dumb}" != dumb; then see="-serial mon:stdio -top"; \
	else see="-serial mon:stdio"; fi; \
	$(B)/bulkhead run docs/machines/demo.bh $$see $(RUN_FLAGS)

# Linux on a screen of its own, for who has one to show it on; else on the serial line.
GRAPHICS := build/images/initrd-graphics.cpio.gz
$(GRAPHICS): $(IMAGES)
	@roms/fetch-images graphics
ON_SCREEN := -m 512M -smp 2 -global virtio-mmio.force-legacy=false -device virtio-gpu-device -device virtio-keyboard-device \
    -device virtio-tablet-device -kernel build/images/Image -initrd $(GRAPHICS)

run-linux: $(B)/bulkhead $(MODULES) $(IMAGES) $(if $(SCREEN),$(GRAPHICS)) ## boot Linux alone to a shell, on a screen of its own in a window, or without one in this terminal
	@if test -n "$(SCREEN)"; then \
	    $(B)/bulkhead $(ON_SCREEN) -display sdl $(RUN_FLAGS) -append "console=ttyS0 console=tty0 quiet"; \
	else \
	    $(B)/bulkhead -m 512M -smp 2 $(RUN_FLAGS) -nographic -kernel build/images/Image -initrd build/images/initrd.cpio.gz \
	        -append "console=ttyS0 quiet"; \
	fi

run-desktop: $(B)/bulkhead $(MODULES) $(GRAPHICS) ## the same with X, a terminal and two games, in a window
	@$(B)/bulkhead $(ON_SCREEN) -display sdl $(RUN_FLAGS) -append "console=ttyS0 console=tty0 quiet graphics=x"

check-quick: all ## unit tests and lint, below two minutes
	@tests/check quick $(MODE)

check: all ## everything CI runs
	@tests/check all $(MODE)

fuzz: fuzz-targets ## random inputs to everything that takes any, CASES=N of each (default 1000000; goes on where it ended)
	@nice tests/fuzz/run --cases $(or $(CASES),1000000) --jobs $(or $(JOBS),1)

check-boot: all guests $(IMAGES) ## every Linux configuration: harts, paging modes, disk, network, U-Boot, KVM, partitions
	@roms/fetch-images u-boot kvm graphics
	@tests/boot/run --all $(B)/bulkhead
	@tests/boot/graphics --all $(B)/bulkhead
	@tests/hyp/partition --all $(B)/bulkhead
	@tests/hyp/containment --full $(B)/bulkhead

FPU_RANDOMS ?= 1000000
check-float: $(B)/unit/test_fpu_oracle $(B)/unit/test_fpu_zfa ## floating point on 10^6 random operands each (FPU_RANDOMS=N)
	@FPU_RANDOMS=$(FPU_RANDOMS) tests/run-unit $^

WALKS ?= 10000000
check-walk: $(B)/unit/test_walk_naive $(B)/unit/test_mmu_naive ## translation on 10^7 random tables and accesses, against the manual (WALKS=N)
	@WALKS=$(WALKS) tests/run-unit $^

AIA_STATES ?= 1000000
check-aia: $(B)/unit/test_aia_naive ## interrupts in 10^6 random states, against the AIA specification (AIA_STATES=N)
	@AIA_STATES=$(AIA_STATES) tests/run-unit $^

check-states: ## 200 points of a Linux boot and 20 of each of two KVM guests: saved, loaded, gone back to, and continued
	@tests/lockstep/run-states $(MODE) --full

check-hosts: $(B)/bulkhead $(IMAGES) ## the same runs on builds by gcc and clang, and on one for arm64 under user-mode emulation
	@tests/hosts/run -v --full --need-all $(B)/bulkhead

check-trends: $(B)/bulkhead $(B)/unit/test_timing ## what is published of shared caches, all of it, and isolation over 10^8 accesses: docs/trends.md
	@roms/fetch-images opensbi
	@tests/trends/run --all --check $(B)/bulkhead
	@tests/qos/run --full $(B)/bulkhead
	@TIMING_ACCESSES=100000000 tests/run-unit $(B)/unit/test_timing

soak: $(B)/bulkhead guests $(IMAGES) ## partitions for a long time: 24 hours of ticks and doorbells, 10^11 instructions, 100 restarts (an hour or two; SOAK=--resume goes on)
	@roms/fetch-images opensbi
	@nice tests/soak/run $(SOAK) $(B)/bulkhead

bench: $(B)/bulkhead ## speed beside QEMU 10, in one run
	@tests/bench/run

format: ## format every C file
	clang-format -i $(shell git ls-files '*.c' '*.h')

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  %-16s %s\n", $$1, $$2}'

install: $(B)/bulkhead $(MODULES) $(if $(shell command -v $(RISCV)gcc),$(DEMO)) ## into PREFIX (DESTDIR is respected)
	install -D -m 755 $(B)/bulkhead $(DESTDIR)$(PREFIX)/bin/bulkhead
	set -e; for module in $(MODULES); do install -D -m 755 -t $(DESTDIR)$(PREFIX)/lib/bulkhead $$module; done
	install -D -m 644 docs/bulkhead.1 $(DESTDIR)$(PREFIX)/share/man/man1/bulkhead.1
	$(B)/bulkhead -completion bash | install -D -m 644 /dev/stdin $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bulkhead
	set -e; for image in $(IMAGES) $(DEMO); do \
	  if test -e $$image; then install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/bulkhead $$image; fi; done

clean: ## remove what was built (keeps build/images)
	rm -rf build/hyp build/release build/debug build/asan build/torture build/mutants build/clang build/arm64 build/fuzz build/bench build/bench.json build/bulkhead

-include $(wildcard $(B)/tests/isa/*.d $(B)/emu/ui/*.d) $(RANDOM_OBJECTS:.o=.d) $(OBJECTS:.o=.d) $(TESTLIB:.o=.d) $(UNIT:$(B)/unit/%=$(B)/tests/unit/%.d) $(FUZZ:$(B)/fuzz/%=$(B)/tests/fuzz/%.d)
.PHONY: all guests mutants norm-report unit fuzz fuzz-targets fuzz-binaries lint images run run-linux run-desktop check-quick check check-boot check-float check-walk check-aia check-states check-hosts check-trends soak bench format install help clean
.SECONDARY:
